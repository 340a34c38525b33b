// A disk that loses what was not synchronized, for programs that are started with it in LD_PRELOAD.
//
// The folder POWER_LOSS_FOLDER is an ordinary one; beside it POWER_LOSS_DISK holds what would be on the disk
// if the power went now: a copy of each file as it was when it was last synchronized, and the names in each
// folder as they were when that was. What is written by other means than write(2), such as a mapping, is seen
// too, because a file is copied as a whole. Nothing else reaches the disk, neither with time nor for want of
// memory: a real one keeps more, and disk.py puts some of that back when it cuts the power.
//
// One thing at a time reaches the disk, under the lock POWER_LOSS_DISK/lock. Who holds it, as the one who cuts
// the power does, stops all that.
//
// POWER_LOSS_IGNORE holds patterns of paths below the folder, parted by colons, whose synchronizing does
// nothing: the faults that a test must notice.
//
// Files that were opened with O_SYNC or O_DSYNC, msync and sync_file_range count for nothing here.

#define _GNU_SOURCE
#include <alloca.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEY_SIZE 64
#define PIECE (256 << 10)

static char folder[PATH_MAX], disk[PATH_MAX], ignored[PATH_MAX];

// What a program that cleans the environment of another one must be given back.
static char handed[4][PATH_MAX + 32];
static const char *const names[4] = {
    "LD_PRELOAD", "POWER_LOSS_FOLDER", "POWER_LOSS_DISK", "POWER_LOSS_IGNORE"};

__attribute__((constructor)) static void begin(void) {
    char *const values[] = {NULL, folder, disk, ignored};
    for (int i = 0; i < 4; i++) {
        const char *value = getenv(names[i]);
        if (!value) continue;
        if (values[i]) snprintf(values[i], PATH_MAX, "%s", value);
        snprintf(handed[i], sizeof handed[i], "%s=%s", names[i], value);
    }
}

// A number stands for another file once its first one is gone; the time of birth tells them apart.
static int make_key(char *key, int at, const char *path, int flags, mode_t *mode) {
    struct statx info;
    if (statx(at, path, flags, STATX_INO | STATX_BTIME | STATX_TYPE | STATX_MODE, &info)) return -1;
    if (mode) *mode = info.stx_mode;
    return snprintf(
        key, KEY_SIZE, "%llx-%llx-%x", (unsigned long long)info.stx_ino,
        (unsigned long long)info.stx_btime.tv_sec, info.stx_btime.tv_nsec);
}

// For who cuts the power.
int power_loss_key(const char *path, char *key) {
    return make_key(key, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, NULL);
}

static int write_whole(int file, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t done = write(file, bytes, count);
        if (done < 0) return -1;
        bytes += done;
        count -= done;
    }
    return 0;
}

static int copy_file(int source, int target) {
    char *piece = malloc(PIECE);
    off_t offset = 0;
    ssize_t count;
    while ((count = pread(source, piece, PIECE, offset)) > 0 &&
           !write_whole(target, piece, count))
        offset += count;
    free(piece);
    return count ? -1 : 0;
}

// An entry is its kind, key, mode, name and, for a link, where it leads, each with a zero after it.
static int copy_names(int source, int target) {
    int listed = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = listed < 0 ? NULL : fdopendir(listed);
    if (!names) return -1;
    int error = 0;
    for (struct dirent *entry; !error && (entry = readdir(names));) {
        char key[KEY_SIZE], leads[PATH_MAX] = "";
        mode_t mode;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        // It may be gone by now.
        if (make_key(key, listed, entry->d_name, AT_SYMLINK_NOFOLLOW, &mode) < 0) continue;
        if (S_ISLNK(mode) && readlinkat(listed, entry->d_name, leads, sizeof leads - 1) < 0) continue;
        char kind = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISREG(mode) ? 'f' : 'o';
        char line[NAME_MAX + PATH_MAX + KEY_SIZE + 32];
        int count = snprintf(
            line, sizeof line, "%c%c%s%c%o%c%s%c%s%c", kind, 0, key, 0, mode & 07777, 0,
            entry->d_name, 0, leads, 0);
        error = write_whole(target, line, count);
    }
    closedir(names);
    return error;
}

// Puts what a descriptor stands for onto the disk.
static int keep(int file) {
    char key[KEY_SIZE], made[PATH_MAX + 136], place[PATH_MAX + 128], link[64];
    mode_t mode;
    if (make_key(key, file, "", AT_EMPTY_PATH, &mode) < 0) return -1;
    bool holds_names = S_ISDIR(mode);
    snprintf(place, sizeof place, "%s/%s/%s", disk, holds_names ? "folders" : "files", key);
    snprintf(made, sizeof made, "%s.new", place);
    // A descriptor that reads is never doubled: closing any takes away all of SQLite's locks.
    int source = file;
    if (!holds_names && (fcntl(file, F_GETFL) & O_ACCMODE) == O_WRONLY) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        source = open(link, O_RDONLY | O_CLOEXEC);
    }
    int target = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int error = source < 0 || target < 0 ||
                (holds_names ? copy_names(source, target) : copy_file(source, target)) ||
                rename(made, place);
    if (source != file && source >= 0) close(source);
    if (target >= 0) close(target);
    return error ? -1 : 0;
}

// For who begins anew: all that a folder holds is on the disk.
int power_loss_keep(const char *of, const char *path) {
    snprintf(disk, sizeof disk, "%s", of);
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return -1;
    int error = keep(file);
    close(file);
    return error;
}

static bool is_ignored(const char *path) {
    char patterns[PATH_MAX], *rest = patterns, *pattern;
    snprintf(patterns, sizeof patterns, "%s", ignored);
    while ((pattern = strsep(&rest, ":")))
        if (*pattern && !fnmatch(pattern, path, 0)) return true;
    return false;
}

// The path of a descriptor below the folder, or null.
static const char *path_below(int file, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, buffer, PATH_MAX - 1);
    size_t length = strlen(folder);
    if (count < 0 || length == 0) return NULL;
    buffer[count] = 0;
    if (strncmp(buffer, folder, length)) return NULL;
    if (buffer[length] == 0) return ".";
    return buffer[length] == '/' ? buffer + length + 1 : NULL;
}

static int synchronize(int file, const char *call) {
    char buffer[PATH_MAX], lock_path[PATH_MAX + 8];
    const char *path = path_below(file, buffer);
    if (!path) {
        int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, call);
        return real(file);
    }
    if (is_ignored(path)) return 0;
    snprintf(lock_path, sizeof lock_path, "%s/lock", disk);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return -1;
    while (flock(lock, LOCK_EX) && errno == EINTR) {}
    int error = keep(file);
    close(lock);
    return error;
}

int fsync(int file) { return synchronize(file, "fsync"); }
int fdatasync(int file) { return synchronize(file, "fdatasync"); }

// The environment with what must be handed on; on the stack, for a child of vfork may not allocate.
#define HANDED(environment)                                                            \
    ({                                                                                 \
        size_t count = 0;                                                              \
        while ((environment) && (environment)[count]) count++;                         \
        char **all = alloca((count + 5) * sizeof *all);                                \
        if (count) memcpy(all, (environment), count * sizeof *all);                    \
        for (int i = 0; i < 4; i++) {                                                  \
            bool there = !*handed[i];                                                  \
            for (size_t j = 0; !there && j < count; j++)                               \
                there = !strncmp(all[j], handed[i], strlen(names[i]) + 1);             \
            if (!there) all[count++] = handed[i];                                      \
        }                                                                              \
        all[count] = NULL;                                                             \
        all;                                                                           \
    })

int execve(const char *program, char *const arguments[], char *const environment[]) {
    int (*real)(const char *, char *const[], char *const[]) =
        (int (*)(const char *, char *const[], char *const[]))dlsym(RTLD_NEXT, "execve");
    return real(program, arguments, HANDED(environment));
}

typedef int spawning(
    pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
    char *const[], char *const[]);

int posix_spawn(
    pid_t *process, const char *program, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]
) {
    spawning *real = (spawning *)dlsym(RTLD_NEXT, "posix_spawn");
    return real(process, program, actions, attributes, arguments, HANDED(environment));
}

int posix_spawnp(
    pid_t *process, const char *program, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]
) {
    spawning *real = (spawning *)dlsym(RTLD_NEXT, "posix_spawnp");
    return real(process, program, actions, attributes, arguments, HANDED(environment));
}
