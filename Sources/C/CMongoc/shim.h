#pragma once

#include <mongoc/mongoc.h>

/* Swift ignores the alignment that these types ask for, and would put them at any multiple of 4; so
   room for them is made by these numbers. */
enum {
    cmongoc_document_size = sizeof(bson_t),
    cmongoc_document_alignment = _Alignof(bson_t),
    cmongoc_error_alignment = _Alignof(bson_error_t),
};
