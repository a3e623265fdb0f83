"""What steps print, on its way to the server and to the terminal."""
