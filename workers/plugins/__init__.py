"""The plugins: what is passed on to partners, and by which workers."""
