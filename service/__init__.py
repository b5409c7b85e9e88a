"""All that touches the world: settings, sources, corpus, runs, gate, site, ledger, command line."""
