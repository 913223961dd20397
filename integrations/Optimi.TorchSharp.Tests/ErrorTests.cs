using Optimi;

namespace FusedTests;

/// <summary>What cannot be stepped is refused by name, with the cause and the remedy, before anything is stepped.</summary>
internal sealed class ErrorTests
{
    [Test]
    public void Another_type_is_refused() => AssertRefused([("ok", nn.Parameter(ones(2))), ("w", nn.Parameter(ones(2, float64)))], "'w' is of Float64");

    [Test]
    public void What_is_not_contiguous_is_refused() =>
        AssertRefused([("w", nn.Parameter(ones(2, 3).t()))], "'w' is not contiguous");

    [Test]
    public void What_is_given_twice_is_refused()
    {
        Parameter parameter = nn.Parameter(ones(2));
        AssertRefused([("a", parameter), ("b", parameter)], "'b' is in the optimizer already");
    }

    [Test]
    public void Nothing_is_refused() => AssertRefused([], "no parameters");

    [Test]
    public void What_was_disposed_of_is_refused()
    {
        Parameter parameter = nn.Parameter(ones(2));
        parameter.Dispose();
        AssertRefused([("w", parameter)], "'w' is null or was disposed of");
    }

    [Test]
    public void Options_that_are_not_supported_are_refused()
    {
        Parameter[] parameters = [nn.Parameter(ones(2))];
        Assert.That(() => new FusedAdamW(parameters, amsgrad: true), Refuses<OptionException>("amsgrad"));
        Assert.That(() => new FusedSGD(parameters, 0.1, 0.9, nesterov: true), Refuses<OptionException>("nesterov"));
        Assert.That(() => new FusedSGD(parameters, 0.1, 0.9, dampening: 0.5), Refuses<OptionException>("dampening is 0.5"));
        Assert.That(() => new FusedAdamW(parameters, -1), Refuses<OptionException>("Lr"));
        Assert.That(() => new FusedAdamW(parameters, beta1: 1), Refuses<OptionException>("Beta1"));
    }

    [Test]
    public void A_group_of_another_optimizer_is_refused()
    {
        using var optimizer = new FusedAdamW([nn.Parameter(ones(2))]);
        var group = new SGD.ParamGroup([nn.Parameter(ones(2))], 0.1);
        Assert.That(() => optimizer.add_param_group(group), Refuses<OptionException>("make the group for this optimizer"));
        Assert.That(optimizer.ParamGroups.Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_group_that_is_refused_is_not_added()
    {
        Parameter good = nn.Parameter(ones(2));
        using var optimizer = new FusedAdamW([nn.Parameter(ones(2))]);
        var group = new AdamW.ParamGroup([good, nn.Parameter(ones(2, float64))], 0.1);
        Assert.That(() => optimizer.add_param_group(group), Refuses<ParameterException>("Float64"));
        Assert.That(() => optimizer.add_param_group(new AdamW.ParamGroup([good], -1)), Refuses<OptionException>("Lr"));
        optimizer.add_param_group(new AdamW.ParamGroup([good], 0.1));
        Assert.That(optimizer.ParamGroups.Count(), Is.EqualTo(2));
    }

    [Test]
    public void A_gradient_that_does_not_fit_stops_the_step_before_anything_is_stepped()
    {
        Parameter first = nn.Parameter(ones(3));
        Parameter table = nn.Parameter(ones(4, 3));
        using var optimizer = new FusedAdamW([("first", first), ("table", table)]);
        first.grad = ones(3);
        AssertStops("sparse", table.sum(), () => table.grad = ones(4, 3).to_sparse());
        AssertStops("not contiguous", (table * ones(3, 4).t()).sum(), () => table.grad = ones(3, 4).t());
        void AssertStops(string why, Tensor output, Action? replace = null)
        {
            table.grad = null;
            output.sum().backward();
            replace?.Invoke();
            Assert.That(() => optimizer.step(), Refuses<ParameterException>($"'table' is {why}"));
            Assert.That(first.data<float>().ToArray(), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Memory_that_was_replaced_is_noticed()
    {
        Parameter parameter = nn.Parameter(ones(3));
        using var optimizer = new FusedAdamW([("w", parameter)]);
        parameter.grad = ones(3);
        optimizer.step();
        using (no_grad())
            parameter.set_(zeros(3));
        Assert.That(() => optimizer.Engine, Refuses<ParameterException>("'w' was moved or disposed of"));
        Assert.That(() => optimizer.step(), Refuses<ParameterException>("'w' was moved or disposed of"));
        parameter.Dispose();
        Assert.That(() => optimizer.step(), Refuses<ParameterException>("'w' was moved or disposed of"));
    }

    [Test]
    public void What_is_disposed_of_says_so()
    {
        var optimizer = new FusedAdamW([nn.Parameter(ones(3))]);
        optimizer.Dispose();
        optimizer.Dispose();
        Assert.That(() => optimizer.step(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(optimizer.state_dict, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Scalars_and_empty_tensors_are_stepped()
    {
        Parameter scalar = nn.Parameter(tensor(1f));
        Parameter empty = nn.Parameter(zeros(0));
        using var optimizer = new FusedAdamW([scalar, empty], 0.1);
        scalar.grad = tensor(1f);
        empty.grad = zeros(0);
        optimizer.step();
        Assert.That(scalar.item<float>(), Is.EqualTo(0.9f).Within(1e-6f));
    }

    [Test]
    public void Float16_is_stepped()
    {
        Parameter parameter = nn.Parameter(ones(3, float16));
        using var optimizer = new FusedAdamW([parameter], 0.125);
        parameter.grad = ones(3, float16);
        optimizer.step();
        Assert.That(parameter.detach().to(float32).data<float>().ToArray(), Is.All.EqualTo(0.875f));
    }

    [Test]
    public void Views_of_a_tensor_are_stepped_where_they_lie()
    {
        Tensor whole = ones(10);
        Parameter part = nn.Parameter(whole[3..7]);
        using var optimizer = new FusedAdamW([part], 0.1);
        part.grad = ones(4);
        optimizer.step();
        Assert.That(whole.data<float>().ToArray(), Is.EqualTo((float[])[1, 1, 1, .9f, .9f, .9f, .9f, 1, 1, 1]).Within(1e-6f));
    }

    private static void AssertRefused((string, Parameter)[] parameters, string why) =>
        Assert.That(() => new FusedAdamW(parameters), Refuses<ParameterException>(why));

    private static NUnit.Framework.Constraints.ContainsConstraint Refuses<TError>(string why)
        where TError : Exception => Throws.InstanceOf<TError>().With.Message.Contains(why);
}
