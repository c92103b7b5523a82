"""One module per place where a script can run, one protocol in `_base`."""
