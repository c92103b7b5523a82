"""What every test has: the guards, and the marks that tie tests to acceptance rows."""

pytest_plugins = ["pytester", "guards", "rows", "wheels"]
