#include "engine/direct/shape.h"

namespace heng::direct {

void Shape::Clear() {
  parts.clear();
  none.clear();
  unknown.clear();
  presence.clear();
}

}  // namespace heng::direct
