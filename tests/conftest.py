"""What tests share: guards, fixtures, and the marks that tie them to acceptance rows."""

import signal

pytest_plugins = ["pytester", "guards", "process_rung", "rows", "wheels"]

# The jobs that a shell has in the background ignore Ctrl-C, and so do those they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
