namespace Optimi.Tests;

/// <summary>Two parameters of different storage on the host.</summary>
internal abstract class OptimizerFixture
{
    protected ComputeDevice Device { get; private set; } = null!;

    protected ParameterBuffer Parameters { get; private set; } = null!;

    /// <summary>Three bfloat16 numbers.</summary>
    protected Parameter First { get; private set; } = null!;

    /// <summary>Two float32 numbers.</summary>
    protected Parameter Second { get; private set; } = null!;

    [SetUp]
    public void Open()
    {
        Device = ComputeDevice.Open("cpu");
        Parameters = new ParameterBuffer(Device);
        First = Parameters.Add("first", DType.BFloat16, 3);
        Second = Parameters.Add("second", DType.Float32, 2);
    }

    [TearDown]
    public void Close()
    {
        Parameters.Dispose();
        Device.Dispose();
    }

    protected static void Disposed(Action action) => Assert.That(action, Throws.TypeOf<ObjectDisposedException>());

    protected static void Refused<TException>(Action action, string text)
        where TException : OptimiException =>
        Assert.That(action, Throws.TypeOf<TException>().With.Message.Contains(text));

    protected static float[] Numbers(TensorStorage storage) => TestTraining.Numbers(storage);

    protected void GradientsAreThere()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Gradient.Fill(1);
    }
}
