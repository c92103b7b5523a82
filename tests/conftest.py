"""What tests share: guards, fixtures, and the marks that tie them to acceptance rows."""

pytest_plugins = ["pytester", "guards", "process_rung", "rows", "wheels"]
