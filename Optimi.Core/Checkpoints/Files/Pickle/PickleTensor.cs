namespace Optimi;

/// <summary>A tensor of a pickle: a view of a storage. Nothing is checked but that shape and strides have as many numbers.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">Where in it the tensor begins, in numbers.</param>
/// <param name="Shape">The extent of each dimension.</param>
/// <param name="Strides">How far apart its neighbours are, in numbers.</param>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);
