"""The numpy transformer: arrays and bytes in, arrays and bytes out.

Nothing here touches files, clocks, the network, git or settings; that is `service`.
"""
