"""The Verisk (XactAnalysis) domain: its workers and messages."""
