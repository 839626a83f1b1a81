#include "src/storage/cancellation.h"

#include <utility>

namespace server::storage {
namespace {

thread_local const std::atomic<bool>* t_flag = nullptr;

}  // namespace

CancelScope::CancelScope(const std::atomic<bool>& flag) : outer_(std::exchange(t_flag, &flag)) {}

CancelScope::~CancelScope() { t_flag = outer_; }

bool is_cancelled() { return t_flag != nullptr && *t_flag; }

}  // namespace server::storage
