"""How an outcome is shown: text for people, JSON for scripts, SARIF and annotations for code hosts."""
