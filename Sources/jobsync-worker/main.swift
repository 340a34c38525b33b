import Glibc
import JobRunning
import SystemPackage

guard CommandLine.arguments.count == 2 else {
    print("usage: jobsync-worker RUN_FOLDER\nRuns one job; the server starts it.")
    exit(2)
}
exit(await Worker.run(FilePath(CommandLine.arguments[1])))
