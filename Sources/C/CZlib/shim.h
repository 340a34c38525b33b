#pragma once
#include <zlib.h>

/* `deflateInit2` is a macro. A negative window size leaves out zlib's own header, as WebSocket wants it. */
static inline int czlib_begin(z_stream *_Nonnull stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1,
                        Z_DEFAULT_STRATEGY);
}

/* The way back. */
static inline int czlib_begin_inflate(z_stream *_Nonnull stream) {
    return inflateInit2(stream, -MAX_WBITS);
}

/* Also a macro. 16 more than the greatest window size: gzip, its checksum and length are checked. */
static inline int czlib_begin_gunzip(z_stream *_Nonnull stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}
