// single_client.hpp: a Client of one server.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <utility>

namespace weir::store::redis {

class SingleClient : public Client {
 public:
  SingleClient(boost::asio::any_io_executor executor, LinkOptions options)
      : link_(std::make_shared<Link>(std::move(executor), std::move(options))) {}
  SingleClient(const SingleClient&) = delete;
  SingleClient& operator=(const SingleClient&) = delete;
  ~SingleClient() override { link_->close(); }

  void send(Command command, Deadline deadline, OnReply done) override {
    link_->send(std::move(command), deadline, std::move(done));
  }
  [[nodiscard]] bool is_cluster() const override { return false; }
  [[nodiscard]] Health health() const override { return link_->health(); }
  void close() override { link_->close(); }

 private:
  std::shared_ptr<Link> link_;
};

}  // namespace weir::store::redis
