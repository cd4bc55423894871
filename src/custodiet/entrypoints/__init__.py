"""Who is at the door: reads what came in, starts a flow, gives back what it says; touches nothing itself."""
