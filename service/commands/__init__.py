"""The commands, one file each with what it prints: `logling pull` is `pull_command` in `pull.py`.

To add a command, add its file and its name in `service/cli.py`. What a command needs beside it has its name in front:
`backtest_weeks.py`. What they share is in `terminal.py`.
"""
