"""The git repository that clients pull: commits of weights and page, the remote, and pushes.

It knows the ledger, because a commit belongs to a run, and nothing of training. Begin with `site.py`; `publish.py`
is what a run calls, `page_files.py` has the page, and `page_difference.py` compares a site's page with it.
"""
