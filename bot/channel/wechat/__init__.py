"""The official account (公众号): what arrives, what is answered, and what is sent on our own."""
