// The literal references in a resource's text, found without reading it as JSON.
#pragma once

#include <functional>
#include <string_view>

namespace server::rest {

/// Calls `visit` for every `"reference": "Type/id"` in the text; of an absolute one, with its last
/// two segments, and `is_local` tells whether it begins with `base_url`. Views are of the text.
///
/// json       a resource; a reference that is written with escapes is passed over
/// base_url   of this server, without a slash at the end
void for_each_reference(
    std::string_view json, std::string_view base_url,
    const std::function<void(std::string_view type, std::string_view id, bool is_local)>& visit);

}  // namespace server::rest
