print("jobsync")
