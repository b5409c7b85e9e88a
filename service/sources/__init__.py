"""Where lines come from: files through every kind of rotation, and systemd's journal. Each line is read once.

It reads bytes, has `reading` make lines of them, and writes lines and positions into `storage` in one transaction.
Begin with `pull.py`. `files.py` finds the files by `path_pattern.py`; `rotation.py` says which of the `known_files.py`
one of them is. `source_reading.py` says in which state a pull found a source, `source_preview.py` what one matches
before anything is read. `followed_file.py` and its like read new lines as they come, and store nothing.
"""
