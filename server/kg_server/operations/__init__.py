"""What whoever runs the server needs: who asks, what is asked now, what it costs, what happened."""
