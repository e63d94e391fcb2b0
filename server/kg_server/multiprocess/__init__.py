"""What several serving processes have in common: memory that outlives each of them, and a way to ask one another."""
