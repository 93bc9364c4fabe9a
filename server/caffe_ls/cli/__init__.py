"""The command line: reads arguments and files, asks the layers below, prints; a command is imported when it runs."""
