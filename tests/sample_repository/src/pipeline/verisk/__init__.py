"""The Verisk domain."""
