#pragma once
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's way in for programs with a main function of their own, as SwiftPM's executables are. */
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
                        int (*_Nonnull callback)(const uint8_t *_Nullable bytes, size_t count));
