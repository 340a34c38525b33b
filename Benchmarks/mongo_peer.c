/* What Jobsync on MongoDB is measured beside: libmongoc used plainly, nothing between.
 *
 *   mongo_peer insert URI THREADS SECONDS   inserts documents of a job's size, one by one, each
 *                                           durable (majority, journal); prints documents a second
 *   mongo_peer watch URI DATABASE           prints, for every change of DATABASE.jobs, the id, when the
 *                                           server wrote it (ms since 1970) and when it came (µs)
 *
 * cc -O2 mongo_peer.c -o mongo_peer $(pkg-config --cflags --libs libmongoc-1.0) -lpthread
 */
#include <mongoc/mongoc.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_long inserted;
static atomic_bool stopped;

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void fail(const char *what, const bson_error_t *error)
{
    fprintf(stderr, "mongo_peer: %s: %s\n", what, error->message);
    exit(1);
}

static mongoc_write_concern_t *durable(void)
{
    mongoc_write_concern_t *concern = mongoc_write_concern_new();
    mongoc_write_concern_set_wmajority(concern, 10000);
    mongoc_write_concern_set_journal(concern, true);
    return concern;
}

static void *insert(void *argument)
{
    mongoc_client_pool_t *pool = argument;
    mongoc_client_t *client = mongoc_client_pool_pop(pool);
    mongoc_collection_t *jobs = mongoc_client_get_collection(client, "peer", "jobs");
    mongoc_write_concern_t *concern = durable();
    bson_t options = BSON_INITIALIZER;
    mongoc_write_concern_append(concern, &options);
    char padding[400];
    memset(padding, 'x', sizeof padding - 1);
    padding[sizeof padding - 1] = 0;
    while (!stopped) {
        bson_t document = BSON_INITIALIZER;
        bson_error_t error;
        bson_oid_t id;
        bson_oid_init(&id, NULL);
        BSON_APPEND_OID(&document, "_id", &id);
        BSON_APPEND_UTF8(&document, "task", "add_host");
        BSON_APPEND_INT64(&document, "proc", 1);
        BSON_APPEND_INT64(&document, "mem", 4);
        BSON_APPEND_DATE_TIME(&document, "date", microseconds() / 1000);
        BSON_APPEND_UTF8(&document, "padding", padding);
        if (!mongoc_collection_insert_one(jobs, &document, &options, NULL, &error))
            fail("insert", &error);
        bson_destroy(&document);
        inserted++;
    }
    bson_destroy(&options);
    mongoc_write_concern_destroy(concern);
    mongoc_collection_destroy(jobs);
    mongoc_client_pool_push(pool, client);
    return NULL;
}

static void measure_inserts(mongoc_client_pool_t *pool, int threads, double seconds)
{
    pthread_t handles[threads];
    mongoc_client_t *client = mongoc_client_pool_pop(pool);
    mongoc_collection_t *jobs = mongoc_client_get_collection(client, "peer", "jobs");
    mongoc_collection_drop(jobs, NULL);
    mongoc_collection_destroy(jobs);
    mongoc_client_pool_push(pool, client);
    int64_t start = microseconds();
    for (int index = 0; index < threads; index++)
        pthread_create(&handles[index], NULL, insert, pool);
    struct timespec pause = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    nanosleep(&pause, NULL);
    stopped = true;
    for (int index = 0; index < threads; index++)
        pthread_join(handles[index], NULL);
    printf("%.1f\n", inserted / ((microseconds() - start) / 1e6));
}

static void watch(mongoc_client_pool_t *pool, const char *database)
{
    mongoc_client_t *client = mongoc_client_pool_pop(pool);
    mongoc_collection_t *jobs = mongoc_client_get_collection(client, database, "jobs");
    bson_t pipeline = BSON_INITIALIZER;
    bson_t options = BSON_INITIALIZER;
    BSON_APPEND_INT64(&options, "maxAwaitTimeMS", 1000);
    mongoc_change_stream_t *stream = mongoc_collection_watch(jobs, &pipeline, &options);
    puts("watching");
    fflush(stdout);
    for (;;) {
        const bson_t *event;
        bson_error_t error;
        bson_iter_t key, wall;
        if (!mongoc_change_stream_next(stream, &event)) {
            const bson_t *reply;
            if (mongoc_change_stream_error_document(stream, &error, &reply))
                fail("watch", &error);
            continue;
        }
        int64_t now = microseconds();
        if (bson_iter_init(&key, event) && bson_iter_find_descendant(&key, "documentKey._id", &key)
            && BSON_ITER_HOLDS_UTF8(&key) && bson_iter_init_find(&wall, event, "wallTime")) {
            printf("%s %lld %lld\n", bson_iter_utf8(&key, NULL),
                   (long long)bson_iter_date_time(&wall), (long long)now);
            fflush(stdout);
        }
    }
}

int main(int count, char **arguments)
{
    bson_error_t error;
    if (count < 4)
        return fprintf(stderr, "usage: mongo_peer insert URI THREADS SECONDS | watch URI DATABASE\n"), 2;
    mongoc_init();
    mongoc_uri_t *uri = mongoc_uri_new_with_error(arguments[2], &error);
    if (!uri)
        fail("URI", &error);
    mongoc_client_pool_t *pool = mongoc_client_pool_new(uri);
    mongoc_client_pool_set_error_api(pool, 2);
    if (strcmp(arguments[1], "watch") == 0)
        watch(pool, arguments[3]);
    else if (count == 5)
        measure_inserts(pool, atoi(arguments[3]), atof(arguments[4]));
    return 0;
}
