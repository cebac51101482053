"""Every page of a running stack in a browser: who reaches which, and how it looks. Used by Infra/dev/screens and by
Tests/Accessibility."""
