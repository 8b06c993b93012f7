// nonsense_server.hpp: something that listens where a Redis should be, and answers whatever it is told with bytes that
// no Redis says.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace weir::store::redis {

class NonsenseServer {
 public:
  // 0: any port that is free. Of 127.0.0.1.
  explicit NonsenseServer(std::uint16_t port = 0) {
    using boost::asio::ip::tcp;
    const tcp::endpoint place(boost::asio::ip::address_v4::loopback(), port);
    acceptor_.open(place.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(place);
    acceptor_.listen();
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  NonsenseServer(const NonsenseServer&) = delete;
  NonsenseServer& operator=(const NonsenseServer&) = delete;
  ~NonsenseServer() {
    io_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Guest {
    explicit Guest(boost::asio::ip::tcp::socket taken) : socket(std::move(taken)) {}
    boost::asio::ip::tcp::socket socket;
    std::array<char, 4096> heard{};
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, boost::asio::ip::tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<Guest>(std::move(socket)));
      accept();
    });
  }
  void serve(const std::shared_ptr<Guest>& guest) {
    guest->socket.async_read_some(boost::asio::buffer(guest->heard),
                                  [this, guest](boost::system::error_code error, std::size_t) {
                                    if (error) return;
                                    answer(guest);
                                  });
  }
  void answer(const std::shared_ptr<Guest>& guest) {
    static constexpr std::array<std::string_view, 5> nonsense{"HTTP/1.1 400 Bad Request\r\n\r\n", "*9999999999999\r\n",
                                                              "$-7\r\nabc", ":12x\r\n", "*3\r\n:0\r\n:16383\r\n+h\r\n"};
    const std::string_view words = nonsense[turn_++ % nonsense.size()];
    boost::asio::async_write(guest->socket, boost::asio::buffer(words.data(), words.size()),
                             [this, guest](boost::system::error_code error, std::size_t) {
                               if (!error) serve(guest);
                             });
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::size_t turn_ = 0;
  std::thread thread_;
};

}  // namespace weir::store::redis
