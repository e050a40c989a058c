"""What whoever runs the tracker needs: is it well, what is wrong, back-ups, what is kept for how long."""
