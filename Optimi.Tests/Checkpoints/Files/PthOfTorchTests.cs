namespace Optimi.Tests;

/// <summary>Files that PyTorch itself has written, by <c>Data/make.py</c>.</summary>
internal sealed class PthOfTorchTests
{
    private const string AdamW = "adamw.pth";
    private const string Sgd = "sgd-protocol4.pth";

    [TestCase(AdamW, 23)]
    [TestCase(Sgd, 18)]
    public void All_tensors_are_there(string name, int expected)
    {
        using TensorFile file = Open(name);
        Assert.That(file.Tensors, Has.Count.EqualTo(expected));
    }

    // One step from the weights (0.5, -2) and the bias 1, with the gradients (1, 3) and 1.
    [TestCase(AdamW, "model.weight F32 [1, 2]", 0.25, -2.25)]
    [TestCase(AdamW, "model.bias F32 [1]", 0.75)]
    [TestCase(AdamW, "model.tied F32 [1, 2]", 0.25, -2.25)]
    [TestCase(AdamW, "optimizer.state.0.step F32 []", 1)]
    [TestCase(AdamW, "optimizer.state.0.exp_avg F32 [1, 2]", 0.1, 0.3)]
    [TestCase(AdamW, "optimizer.state.0.exp_avg_sq F32 [1, 2]", 0.001, 0.009)]
    [TestCase(AdamW, "optimizer.state.1.exp_avg F32 [1]", 0.1)]
    [TestCase(AdamW, "optimizer.param_groups.0.lr F64 []", 0.25)]
    [TestCase(AdamW, "optimizer.param_groups.0.betas F64 [2]", 0.9, 0.999)]
    [TestCase(AdamW, "optimizer.param_groups.0.amsgrad BOOL []", 0)]
    [TestCase(AdamW, "optimizer.param_groups.0.params I64 [2]", 0, 1)]
    [TestCase(AdamW, "ema BF16 [2]", 1.5, -0.25)]
    [TestCase(AdamW, "half F16 [1]", 65504)]
    [TestCase(AdamW, "epoch I64 []", 3)]
    [TestCase(AdamW, "seed I64 []", 1L << 40)]
    [TestCase(AdamW, "shape I64 [2]", 2, 3)]
    [TestCase(Sgd, "model.weight F32 [1, 2]", 0.25, -2.75)]
    [TestCase(Sgd, "optimizer.state.0.momentum_buffer F32 [1, 2]", 1, 3)]
    [TestCase(Sgd, "optimizer.state.1.momentum_buffer F32 [1]", 1)]
    [TestCase(Sgd, "optimizer.param_groups.0.momentum F64 []", 0.5)]
    [TestCase(Sgd, "optimizer.param_groups.0.weight_decay I64 []", 0)]
    [TestCase(Sgd, "seed I64 []", 1L << 40)]
    public void Its_numbers_are_read(string name, string tensor, params double[] expected)
    {
        using TensorFile file = Open(name);
        Assert.That(file.TryGet(tensor.Split(' ')[0], out StoredTensor? stored));
        Assert.Multiple(() =>
        {
            Assert.That(stored!.ToString(), Is.EqualTo(tensor));
            Assert.That(stored.ToArray(), Is.EqualTo(expected).Within(1e-6));
        });
    }

    [TestCase(AdamW)]
    [TestCase(Sgd)]
    public void Its_texts_are_metadata(string name)
    {
        using TensorFile file = Open(name);
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["note"] = "größer" }));
    }

    private static TensorFile Open(string name) =>
        TensorFile.Open(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Files", "Data", name));
}
