"""The Verisk workers."""
