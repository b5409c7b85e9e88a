"""How a person is told: hooks of runs, and the messages of the watch by Apprise or by a command of one's own.

It knows what is to be said and to whom, as the settings say, and nothing of logs. No secret is in the environment of a
command, no address in an error. Begin with `delivery.py` and `hooks.py`; `own_command.py` and `web_address.py` are the
two ways of a hook.
"""
