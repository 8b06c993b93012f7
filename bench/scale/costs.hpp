// costs.hpp: what a script call costs its server and the wire. bench/scale/costs.py measures all of it on a
// redis-server with the scripts of src/store/redis/scripts.
#pragma once

namespace weir::scale {

struct Costs {
  // Redis' own processor time (INFO cpu, system time of its sockets included), ns.
  double call = 6'000;   // a script call whatever is in it
  double key = 5'000;    // each key in it
  double new_key = 500;  // and what one costs more that is not there yet
  double cost = 600;     // each further cost of the same key
  // RESP, fixed_window, keys such as weir:api:{user:123456789}; and what Ethernet, IP and TCP add to a segment.
  double call_bytes = 126;
  double key_bytes = 39;
  double reply_bytes = 5;
  double key_reply_bytes = 22;
  double segment = 78;
};

}  // namespace weir::scale
