import Glibc
import JobRunning
import SystemPackage

guard CommandLine.arguments.count == 2 else {
    print("usage: jobsync-worker RUN_FOLDER\nRuns one job; the server starts it.")
    exit(2)
}
if let lack = Worker.lack {
    print(lack)
    exit(EX_OSERR)
}
exit(await Worker.run(FilePath(CommandLine.arguments[1])))
