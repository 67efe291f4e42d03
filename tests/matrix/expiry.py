"""A module of Synapse: accounts expire as they do on Tchap, here when a file names them."""
import pathlib


class Expiry:
    def __init__(self, config, api):
        self.file = pathlib.Path(config["file"])
        api.register_account_validity_callbacks(is_user_expired=self.is_user_expired)

    @staticmethod
    def parse_config(config):
        return config

    async def is_user_expired(self, user):
        return self.file.exists() and user in self.file.read_text().split()
