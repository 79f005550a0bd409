"""What `docker compose up` needs beside the services: their past, the word to the host, and a look at their health."""
