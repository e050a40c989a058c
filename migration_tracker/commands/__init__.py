"""The subcommands of `migration-tracker`, one a module.

`add_arguments(parser)` says what a command takes, `run(args)` does it and returns the exit code. What is
wrong with its use is raised as `WrongUse`.
"""
