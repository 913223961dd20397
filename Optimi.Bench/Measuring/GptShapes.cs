namespace Optimi.Bench;

/// <summary>The tensors of a small GPT: embeddings, matrices of attention and MLPs, biases and norms, large and tiny.</summary>
internal static class GptShapes
{
    private const int Layers = 12;

    private const int MinWidth = 4;

    /// <summary>148 tensors of the largest width at which they have no more than some parameters.</summary>
    public static IReadOnlyList<int[]> Within(int parameters)
    {
        int width = MinWidth;
        while (Of(width + MinWidth).Sum(Length) <= parameters)
            width += MinWidth;
        return Of(width);
    }

    /// <summary>Cuts what belongs to the tensors, in their order, into layers: the embeddings, each layer, the last norm.</summary>
    public static IReadOnlyList<T[]> InLayers<T>(IReadOnlyList<T> tensors)
    {
        int length = Layer(MinWidth).Count();
        int embeddings = Embeddings(MinWidth).Length;
        return
        [
            [.. tensors.Take(embeddings)],
            .. tensors.Skip(embeddings).Take(Layers * length).Chunk(length),
            [.. tensors.Skip(embeddings + (Layers * length))],
        ];
    }

    private static IReadOnlyList<int[]> Of(int width) =>
    [
        .. Embeddings(width),
        .. Enumerable.Range(0, Layers).SelectMany(_ => Layer(width)),
        .. Norm(width),
    ];

    private static int[][] Embeddings(int width) => [[40 * width, width], [2 * width, width]];

    private static IEnumerable<int[]> Layer(int width) =>
    [
        .. Norm(width),
        .. Linear(width, 3 * width),
        .. Linear(width, width),
        .. Norm(width),
        .. Linear(width, 4 * width),
        .. Linear(4 * width, width),
    ];

    private static int[][] Norm(int width) => [[width], [width]];

    private static int[][] Linear(int from, int to) => [[to, from], [to]];

    private static long Length(int[] shape) => shape.Aggregate(1L, (length, extent) => length * extent);
}
