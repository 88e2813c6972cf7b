# The live pages of the study, at /wijken/.
c.ServerApp.jpserver_extensions = {"wijkkit.live.extension": True}
