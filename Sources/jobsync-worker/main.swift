import Glibc
import JobRunning
import SystemPackage

// As bytes: a text of Swift would name another folder than one whose name is not UTF-8.
guard CommandLine.argc == 2, let run = CommandLine.unsafeArgv[1] else {
    print("usage: jobsync-worker RUN_FOLDER\nRuns one job; the server starts it.")
    exit(2)
}
if let lack = Worker.lack {
    print(lack)
    exit(EX_OSERR)
}
exit(await Worker.run(FilePath(platformString: run)))
