"""The conversation engine: one turn from message to reply, and the state it keeps."""
