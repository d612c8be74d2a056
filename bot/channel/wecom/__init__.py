"""WeCom (企业微信): group robots (群机器人) of staff and study groups."""
