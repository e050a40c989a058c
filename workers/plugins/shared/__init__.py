"""What every plugin may use: actions by configuration."""
