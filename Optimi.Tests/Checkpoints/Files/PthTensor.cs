namespace Optimi.Tests;

/// <summary>A tensor as <c>torch.save</c> describes it.</summary>
internal sealed record PthTensor(string Storage, string Key, object Length, object Offset, object?[] Shape, object?[] Strides)
{
    public static PthTensor Dense(string storage, string key, params long[] shape)
    {
        long[] strides = new long[shape.Length];
        long length = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = length;
            length *= shape[i];
        }

        return new PthTensor(storage, key, length, 0L, [.. shape.Cast<object>()], [.. strides.Cast<object>()]);
    }
}
