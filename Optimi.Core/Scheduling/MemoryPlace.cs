using ILGPU.Runtime;

namespace Optimi;

/// <summary>Where the memory of a tensor's slot begins, whoever owns it.</summary>
/// <param name="Buffer">The buffer that it lies in, on devices without addresses; elsewhere null.</param>
/// <param name="At">Its address; on devices without addresses its first byte in the buffer.</param>
/// <param name="IsPadded">Whether the memory goes on to the end of the tensor's last tile.</param>
internal readonly record struct MemoryPlace(MemoryBuffer? Buffer, nint At, bool IsPadded);
