"""Work for several processes: a team that shares memory, and engines that compute functions elsewhere."""
