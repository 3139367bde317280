process.exitCode=0
